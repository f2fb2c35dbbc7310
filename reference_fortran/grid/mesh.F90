! Our own mesh, the cubed sphere or one of elements that `give_elements` was given: `build` fills the arrays below, always
! in double precision; `install` makes it the grid that the operators work on, rounded to rk.
!
! HOMME: prim_driver_base (prim_init1_geometry), mesh_mod, mass_matrix_mod, global_norms_mod (dss_hvtensor)   CAM-SE: the same
module mesh
  use kinds, only: dk, qk, rk
  use dimensions, only: np, nboundary
  use quadrature, only: gauss_lobatto
  use cubed_sphere, only: pi, element_corners, corners_below_faces, gnomonic_map, element_local_map
  use metric, only: metric_terms, singular_values, sphere_area, power_of_metric
  use connectivity, only: connect, connect_corners
  use element_data, only: set_grid, set_viscosity_tensor, set_sponge_tensor, set_connectivity, boundary_i, boundary_j
  implicit none
  private
  public :: give_elements, build, install
  public :: gll_points, gll_weights, dvv, mp, lat, lon, fcor, d, dinv, metinv, metdet, rmetdet, spheremp, rspheremp
  public :: vec_sphere2cart, tensorvisc, tensorvisc_2, tensorvisc_raw, tensorvisc_2_raw, norm_dinv, dx_short, dx_long
  public :: corners3d, copies, neighbours

  real(dk) :: gll_points(np), gll_weights(np)
  real(dk) :: dvv(np,np), mp(np,np)  ! dvv: (basis function, evaluation node)
  real(dk), allocatable :: corners3d(:,:,:)                             ! (3, corner, elem)
  real(dk), allocatable :: lat(:,:,:), lon(:,:,:), fcor(:,:,:)          ! (np,np, elem)
  real(dk), allocatable :: metdet(:,:,:), rmetdet(:,:,:), spheremp(:,:,:), rspheremp(:,:,:)
  real(dk), allocatable :: d(:,:,:,:,:), dinv(:,:,:,:,:), metinv(:,:,:,:,:)  ! (np,np, 2,2, elem)
  real(dk), allocatable :: vec_sphere2cart(:,:,:,:,:)                   ! (np,np, 3,2, elem)
  real(dk), allocatable :: tensorvisc(:,:,:,:,:), tensorvisc_2(:,:,:,:,:)
  real(dk), allocatable :: tensorvisc_raw(:,:,:,:,:), tensorvisc_2_raw(:,:,:,:,:)  ! before they are made continuous
  real(dk), allocatable :: norm_dinv(:), dx_short(:), dx_long(:)        ! (elem); dx in km
  integer, allocatable :: copies(:,:,:), neighbours(:,:)
  real(dk), allocatable :: given_points(:,:)                            ! (3, point), of any length
  integer, allocatable :: given_corners(:,:)                            ! (corner, elem): SW, SE, NE, NW
  real(dk) :: radius
  real(qk) :: points_q(np), weights_q(np)

contains

  ! The elements of a mesh that is no cubed sphere, their corners counterclockwise seen from outside.
  subroutine give_elements(points, corners, npoints, n)
    integer, intent(in) :: npoints, n
    real(dk), intent(in) :: points(3,npoints)
    integer, intent(in) :: corners(4,n)
    given_points = points
    given_corners = corners
  end subroutine give_elements

  ! ne: 0 takes the elements given, which have the element-local map. map: 0 gnomonic, 2 element-local.
  ! A scaling of 0 leaves its tensor zero.
  subroutine build(ne, map, hypervis_scaling, laplace_scaling, rearth, omega)
    integer, intent(in) :: ne, map
    real(dk), intent(in) :: hypervis_scaling, laplace_scaling, rearth, omega
    integer :: e, n

    radius = rearth
    n = 6*ne*ne
    if (ne == 0) n = size(given_corners, 2)
    call resize(n)
    call quadrature_rule
    do e = 1, n
      call place(ne, map, e, omega)
      call metric_terms(d(:,:,:,:,e), dinv(:,:,:,:,e), metinv(:,:,:,:,e), metdet(:,:,e))
      rmetdet(:,:,e) = 1/metdet(:,:,e)
      call spacing(e)
      if (hypervis_scaling /= 0) call power_of_metric(d(:,:,:,:,e), metinv(:,:,:,:,e), hypervis_scaling, radius, 4, &
                                                      tensorvisc_raw(:,:,:,:,e))
      if (laplace_scaling /= 0) call power_of_metric(d(:,:,:,:,e), metinv(:,:,:,:,e), laplace_scaling, radius, 2, &
                                                     tensorvisc_2_raw(:,:,:,:,e))
    end do
    if (map == 0 .and. ne > 0) then
      call normalise_sphere
    else
      call normalise_elements
    end if
    if (ne > 0) then
      call connect(ne, copies, neighbours)
    else
      call connect_corners(given_corners, copies, neighbours)
    end if
    call mass_matrices
    call smooth(tensorvisc_raw, tensorvisc)
    call smooth(tensorvisc_2_raw, tensorvisc_2)
  end subroutine build

  subroutine resize(n)
    integer, intent(in) :: n
    if (allocated(lat)) then
      if (size(lat, 3) == n) return
      deallocate(corners3d, lat, lon, fcor, metdet, rmetdet, spheremp, rspheremp, d, dinv, metinv, vec_sphere2cart, &
                 tensorvisc, tensorvisc_2, tensorvisc_raw, tensorvisc_2_raw, norm_dinv, dx_short, dx_long)
    end if
    allocate(corners3d(3,4,n), lat(np,np,n), lon(np,np,n), fcor(np,np,n), metdet(np,np,n), rmetdet(np,np,n))
    allocate(spheremp(np,np,n), rspheremp(np,np,n), d(np,np,2,2,n), dinv(np,np,2,2,n), metinv(np,np,2,2,n))
    allocate(vec_sphere2cart(np,np,3,2,n), tensorvisc(np,np,2,2,n), tensorvisc_2(np,np,2,2,n))
    allocate(tensorvisc_raw(np,np,2,2,n), tensorvisc_2_raw(np,np,2,2,n), norm_dinv(n), dx_short(n), dx_long(n))
    tensorvisc_raw = 0
    tensorvisc_2_raw = 0
  end subroutine resize

  subroutine quadrature_rule
    real(qk) :: derivatives(np,np)
    integer :: i, j

    call gauss_lobatto(points_q, weights_q, derivatives)
    gll_points = real(points_q, dk)
    gll_weights = real(weights_q, dk)
    dvv = real(derivatives, dk)
    do j = 1, np
      do i = 1, np
        mp(i,j) = real(weights_q(i)*weights_q(j), dk)
      end do
    end do
  end subroutine quadrature_rule

  ! Coordinates of the nodes of element e and everything that follows from the coordinates alone.
  subroutine place(ne, map, e, omega)
    integer, intent(in) :: ne, map, e
    real(dk), intent(in) :: omega
    real(dk) :: corner(2,4)
    integer :: face, i, j

    if (ne > 0) then
      face = (e-1)/(ne*ne) + 1
      call element_corners(ne, mod(e-1, ne), mod((e-1)/ne, ne), face, corner, corners3d(:,:,e))
    else
      call corners_below_faces(given_points(:,given_corners(:,e)), corners3d(:,:,e))
    end if
    do j = 1, np
      do i = 1, np
        if (map == 0 .and. ne > 0) then
          call gnomonic_map(face, corner, points_q(i), points_q(j), lon(i,j,e), lat(i,j,e), d(i,j,:,:,e))
        else
          call element_local_map(corners3d(:,:,e), points_q(i), points_q(j), lon(i,j,e), lat(i,j,e), d(i,j,:,:,e))
        end if
        fcor(i,j,e) = 2*omega*sin(lat(i,j,e))
        vec_sphere2cart(i,j,:,1,e) = [-sin(lon(i,j,e)), cos(lon(i,j,e)), 0.0_dk]
        vec_sphere2cart(i,j,:,2,e) = [-sin(lat(i,j,e))*cos(lon(i,j,e)), -sin(lat(i,j,e))*sin(lon(i,j,e)), cos(lat(i,j,e))]
      end do
    end do
  end subroutine place

  subroutine spacing(e)
    integer, intent(in) :: e
    real(dk) :: smallest
    call singular_values(d(:,:,:,:,e), norm_dinv(e), smallest)
    dx_short(e) = 1/(norm_dinv(e)*0.5_dk*(np-1)*(1/radius)*1000)
    dx_long(e) = 1/(smallest*0.5_dk*(np-1)*(1/radius)*1000)
  end subroutine spacing

  ! Map 0: one factor for all nodes makes the area of the sphere exact.
  subroutine normalise_sphere
    real(qk) :: area
    real(dk) :: alpha
    integer :: e

    area = 0
    do e = 1, size(metdet, 3)
      area = area + real(sum(mp*metdet(:,:,e)), qk)
    end do
    alpha = 4*pi/real(area, dk)
    do e = 1, size(metdet, 3)
      call rescale(e, 1, np, alpha)
    end do
  end subroutine normalise_sphere

  ! Map 2: one factor for the inner nodes of an element makes its area exact. Terms in quadruple, sums in double precision.
  subroutine normalise_elements
    real(dk) :: numerical, inner
    integer :: e, i, j

    do e = 1, size(metdet, 3)
      numerical = 0
      inner = 0
      do j = 1, np
        do i = 1, np
          numerical = real(numerical + weights_q(i)*weights_q(j)*metdet(i,j,e), dk)
        end do
      end do
      do j = 2, np-1
        do i = 2, np-1
          inner = real(inner + weights_q(i)*weights_q(j)*metdet(i,j,e), dk)
        end do
      end do
      call rescale(e, 2, np-1, 1 + (sphere_area(corners3d(:,:,e)) - numerical)/inner)
    end do
  end subroutine normalise_elements

  ! Areas at nodes first..last times alpha.
  subroutine rescale(e, first, last, alpha)
    integer, intent(in) :: e, first, last
    real(dk), intent(in) :: alpha
    integer :: i, j
    do j = first, last
      do i = first, last
        d(i,j,:,:,e) = d(i,j,:,:,e)*sqrt(alpha)
        dinv(i,j,:,:,e) = dinv(i,j,:,:,e)/sqrt(alpha)
        metinv(i,j,:,:,e) = metinv(i,j,:,:,e)/alpha
        metdet(i,j,e) = metdet(i,j,e)*alpha
        rmetdet(i,j,e) = 1/metdet(i,j,e)
      end do
    end do
  end subroutine rescale

  subroutine mass_matrices
    integer :: e
    do e = 1, size(metdet, 3)
      spheremp(:,:,e) = mp*metdet(:,:,e)
    end do
    rspheremp = 1/assembled(spheremp)
  end subroutine mass_matrices

  function assembled(f) result(total)
    real(dk), intent(in) :: f(:,:,:)
    real(dk) :: total(np,np,size(f, 3))
    integer :: e, b, c, n

    total = f
    do e = 1, size(f, 3)
      do b = 1, nboundary
        do c = 1, size(copies, 1)
          n = copies(c,b,e) - 1
          if (n < 0) exit
          total(boundary_i(b),boundary_j(b),e) = total(boundary_i(b),boundary_j(b),e) &
            + f(mod(n, np) + 1,mod(n/np, np) + 1,n/(np*np) + 1)
        end do
      end do
    end do
  end function assembled

  ! A tensor made continuous, then replaced in each element by the bilinear interpolant of its corners.
  subroutine smooth(raw, tensor)
    real(dk), intent(in) :: raw(:,:,:,:,:)
    real(dk), intent(out) :: tensor(:,:,:,:,:)
    real(dk) :: t(np,np,size(raw, 5))
    integer :: m, n, i, j

    do n = 1, 2
      do m = 1, 2
        t = assembled(raw(:,:,m,n,:)*spheremp)*rspheremp
        do j = 1, np
          do i = 1, np
            associate (x => gll_points(i), y => gll_points(j))
              tensor(i,j,m,n,:) = 0.25_dk*((1-x)*(1-y)*t(1,1,:) + (1-x)*(1+y)*t(1,np,:) &
                                          + (1+x)*(1-y)*t(np,1,:) + (1+x)*(1+y)*t(np,np,:))
            end associate
          end do
        end do
      end do
    end do
  end subroutine smooth

  subroutine install
    integer :: n
    n = size(metdet, 3)
    call set_grid(real(dvv, rk), real(mp, rk), real(d, rk), real(dinv, rk), real(metinv, rk), real(metdet, rk), &
                  real(rmetdet, rk), real(spheremp, rk), real(rspheremp, rk), real(fcor, rk), real(vec_sphere2cart, rk), &
                  real(radius, rk), real(1/radius, rk), real(1/radius, rk), n)
    call set_viscosity_tensor(real(tensorvisc, rk), n)
    call set_sponge_tensor(real(tensorvisc_2, rk), n)
    call set_connectivity(copies, neighbours, size(copies, 1), size(neighbours, 1), n)
  end subroutine install
end module mesh
