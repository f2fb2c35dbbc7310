! The grid every routine works on: derivative matrix, metric terms, mass matrices, and who shares which node.
! It is set once; routines then take fields only. Names are HOMME's.
!
! HOMME, CAM-SE: element_mod (element_t), derivative_mod (derivative_t), edge_mod / gridgraph_mod (the tables)
module element_data
  use kinds, only: rk
  use dimensions, only: np, nboundary
  implicit none
  private
  public :: set_grid, set_viscosity_tensor, set_sponge_tensor, set_connectivity, set_gradient_wk_weights, require_grid
  public :: nelem, dvv, deriv, mp, d, dinv, metinv, metdet, rmetdet, spheremp, rspheremp, fcor, vec_sphere2cart
  public :: rearth, rrearth, rigid_factor, tensorvisc, tensorvisc_2
  public :: gradient_wk_weights
  public :: boundary_i, boundary_j, copies, neighbours

  integer :: nelem = 0
  real(rk) :: rearth, rrearth      ! planet radius [m] and its inverse
  real(rk) :: rigid_factor         ! 1/radius keeps solid-body rotation undamped, 0 damps it
  real(rk) :: dvv(np,np)           ! derivatives of the basis functions: (basis function, evaluation node)
  real(rk) :: deriv(np,np)         ! its transpose
  real(rk) :: mp(np,np)            ! w_i * w_j
  real(rk), allocatable :: d(:,:,:,:,:)                ! (np,np, 2,2, elem) contravariant -> east, north (unit sphere)
  real(rk), allocatable :: dinv(:,:,:,:,:)             ! its inverse
  real(rk), allocatable :: metinv(:,:,:,:,:)           ! inverse metric tensor
  real(rk), allocatable :: metdet(:,:,:), rmetdet(:,:,:)        ! Jacobian and its inverse
  real(rk), allocatable :: spheremp(:,:,:), rspheremp(:,:,:)    ! mass matrix, 1 / assembled mass matrix
  real(rk), allocatable :: fcor(:,:,:)                 ! Coriolis parameter [s-1]
  real(rk), allocatable :: vec_sphere2cart(:,:,:,:,:)  ! (np,np, 3,2, elem) east, north -> Cartesian
  real(rk), allocatable :: tensorvisc(:,:,:,:,:)       ! tensor of the hyperviscosity
  real(rk), allocatable :: tensorvisc_2(:,:,:,:,:)     ! tensor of the sponge

  ! (np,np, k,l,c, elem): mp*metinv(l,c)*metdet, what gradient_sphere_wk_testcov multiplies node k along direction l by.
  real(rk), allocatable :: gradient_wk_weights(:,:,:,:,:,:)

  ! The boundary nodes of an element, in storage order.
  integer, parameter :: boundary_i(nboundary) = [1, 2, 3, 4, 1, 4, 1, 4, 1, 2, 3, 4]
  integer, parameter :: boundary_j(nboundary) = [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4]

  integer, allocatable :: copies(:,:,:)    ! (copy, boundary node, elem): boundary node + nboundary*(elem-1), 0: no more
  integer, allocatable :: neighbours(:,:)  ! (neighbour, elem): elements across edges and corners, 0: no more

contains

  ! The one long argument list of this package: what a grid is, once.
  subroutine set_grid(dvv_in, mp_in, d_in, dinv_in, metinv_in, metdet_in, rmetdet_in, spheremp_in, rspheremp_in, &
                      fcor_in, vec_sphere2cart_in, rearth_in, rrearth_in, rigid_factor_in, ne)
    integer, intent(in) :: ne  ! number of elements
    real(rk), intent(in) :: dvv_in(np,np), mp_in(np,np)
    real(rk), intent(in) :: d_in(np,np,2,2,ne), dinv_in(np,np,2,2,ne), metinv_in(np,np,2,2,ne)
    real(rk), intent(in) :: metdet_in(np,np,ne), rmetdet_in(np,np,ne)
    real(rk), intent(in) :: spheremp_in(np,np,ne), rspheremp_in(np,np,ne), fcor_in(np,np,ne)
    real(rk), intent(in) :: vec_sphere2cart_in(np,np,3,2,ne)
    real(rk), intent(in) :: rearth_in, rrearth_in, rigid_factor_in

    nelem = ne
    rearth = rearth_in
    rrearth = rrearth_in
    rigid_factor = rigid_factor_in
    dvv = dvv_in
    deriv = transpose(dvv)
    mp = mp_in
    d = d_in
    dinv = dinv_in
    metinv = metinv_in
    metdet = metdet_in
    rmetdet = rmetdet_in
    spheremp = spheremp_in
    rspheremp = rspheremp_in
    fcor = fcor_in
    vec_sphere2cart = vec_sphere2cart_in
    call set_gradient_wk_weights
  end subroutine set_grid

  ! What follows from mp, metinv and metdet; again, where those were changed.
  subroutine set_gradient_wk_weights
    integer :: e, c, k, j
    if (allocated(gradient_wk_weights)) deallocate(gradient_wk_weights)
    allocate(gradient_wk_weights(np,np,np,2,2,nelem))
    do e = 1, nelem
      do c = 1, 2
        do k = 1, np
          do j = 1, np
            gradient_wk_weights(:,j,k,1,c,e) = mp(k,j)*metinv(:,j,1,c,e)*metdet(:,j,e)
            gradient_wk_weights(:,j,k,2,c,e) = mp(:,k)*metinv(:,j,2,c,e)*metdet(:,j,e)
          end do
        end do
      end do
    end do
  end subroutine set_gradient_wk_weights

  ! Stops with a sentence where an array of another size would be read out of bounds.
  subroutine require_grid(ne)
    integer, intent(in) :: ne
    character(len=200) :: message
    if (ne == nelem) return
    write(message, '(a,i0,a,i0,a)') 'Fields have ', ne, ' elements but the grid has ', nelem, &
      '; call element_data.set_grid first.'
    error stop trim(message)
  end subroutine require_grid

  subroutine set_viscosity_tensor(tensor, ne)
    integer, intent(in) :: ne
    real(rk), intent(in) :: tensor(np,np,2,2,ne)
    tensorvisc = tensor
  end subroutine set_viscosity_tensor

  subroutine set_sponge_tensor(tensor, ne)
    integer, intent(in) :: ne
    real(rk), intent(in) :: tensor(np,np,2,2,ne)
    tensorvisc_2 = tensor
  end subroutine set_sponge_tensor

  ! copies_in lists, in the order of summation, the other copies of each boundary node (boundary_i, boundary_j order)
  ! as i + np*(j-1) + np*np*(elem-1); neighbours_in the elements that share an edge or a corner. Both padded with 0.
  subroutine set_connectivity(copies_in, neighbours_in, ncopies, nneighbours, ne)
    integer, intent(in) :: ncopies, nneighbours, ne
    integer, intent(in) :: copies_in(ncopies,nboundary,ne), neighbours_in(nneighbours,ne)
    integer :: e, b, c

    neighbours = neighbours_in
    copies = copies_in
    do e = 1, ne
      do b = 1, nboundary
        do c = 1, ncopies
          if (copies(c,b,e) > 0) copies(c,b,e) = boundary_index(copies(c,b,e))
        end do
      end do
    end do
  end subroutine set_connectivity

  ! Node number i + np*(j-1) + np*np*(elem-1) to boundary number; 0 for an interior node, which has no copies.
  pure integer function boundary_index(node)
    integer, intent(in) :: node
    integer :: b, within, elem_minus_1

    elem_minus_1 = (node - 1) / (np*np)
    within = node - np*np*elem_minus_1
    boundary_index = 0
    do b = 1, nboundary
      if (boundary_i(b) + np*(boundary_j(b) - 1) == within) boundary_index = b + nboundary*elem_minus_1
    end do
  end function boundary_index
end module element_data
