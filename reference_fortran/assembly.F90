! Sums over the copies of shared nodes (direct stiffness summation) and extremes over neighbouring elements.
! Each element adds, for its own copy of a node: own + copies in the order of the table, so the sum does not depend on threads.
!
! HOMME, CAM-SE: edge_mod (edgeVpack, edgeVunpack, edgeSunpackMin/Max), bndry_mod (bndry_exchangeV), viscosity_base (make_c0)
module assembly
  use kinds, only: rk
  use dimensions, only: np, nboundary
  use element_data, only: require_grid, boundary_i, boundary_j, copies, neighbours, spheremp, rspheremp
  implicit none
  private
  public :: assemble, dss, dss_wk, neighbour_min, neighbour_max

  real(rk), allocatable :: buffer(:,:)  ! (lev, boundary node); kept between calls

contains

  ! f summed over the copies of each node, in place. Components count as levels.
  subroutine assemble(f, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: f(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: f
    integer :: e

    call require_grid(ne)
    if (allocated(buffer)) then
      if (any(shape(buffer) /= [nlev, nboundary*ne])) deallocate(buffer)
    end if
    if (.not. allocated(buffer)) allocate(buffer(nlev,nboundary*ne))
    !$omp parallel
    !$omp do
    do e = 1, ne
      call pack_boundary(f(:,:,:,e), nlev, buffer(:,nboundary*(e-1)+1))
    end do
    !$omp do
    do e = 1, ne
      call add_copies(f(:,:,:,e), nlev, e)
    end do
    !$omp end parallel
  end subroutine assemble

  pure subroutine pack_boundary(f, nlev, packed)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: f(np,np,nlev)
    real(rk), intent(out) :: packed(nlev,nboundary)
    integer :: b
    do b = 1, nboundary
      packed(:,b) = f(boundary_i(b),boundary_j(b),:)
    end do
  end subroutine pack_boundary

  subroutine add_copies(f, nlev, e)
    integer, intent(in) :: nlev, e
    real(rk), intent(inout) :: f(np,np,nlev)
    integer :: b, c
    do b = 1, nboundary
      do c = 1, size(copies, 1)
        if (copies(c,b,e) == 0) exit
        f(boundary_i(b),boundary_j(b),:) = f(boundary_i(b),boundary_j(b),:) + buffer(:,copies(c,b,e))
      end do
    end do
  end subroutine add_copies

  ! Mass-weighted mean over the copies of each node.
  subroutine dss(f, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: f(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: f
    integer :: e, k

    call require_grid(ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        f(:,:,k,e) = f(:,:,k,e)*spheremp(:,:,e)
      end do
    end do
    call dss_wk(f, nlev, ne)
  end subroutine dss

  ! For weak fields, which include the mass matrix: assembled and divided by the assembled mass matrix.
  subroutine dss_wk(f, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: f(np,np,nlev,ne)
    !f2py intent(in,out,copy) :: f
    integer :: e, k

    call assemble(f, nlev, ne)
    !$omp parallel do private(k)
    do e = 1, ne
      do k = 1, nlev
        f(:,:,k,e) = f(:,:,k,e)*rspheremp(:,:,e)
      end do
    end do
  end subroutine dss_wk

  ! Least of q over each element and all elements that share an edge or a corner with it.
  subroutine neighbour_min(q, qmin, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: q(nlev,ne)
    real(rk), intent(out) :: qmin(nlev,ne)
    integer :: e, n

    call require_grid(ne)
    !$omp parallel do private(n)
    do e = 1, ne
      qmin(:,e) = q(:,e)
      do n = 1, size(neighbours, 1)
        if (neighbours(n,e) > 0) qmin(:,e) = min(qmin(:,e), q(:,neighbours(n,e)))
      end do
    end do
  end subroutine neighbour_min

  subroutine neighbour_max(q, qmax, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: q(nlev,ne)
    real(rk), intent(out) :: qmax(nlev,ne)
    integer :: e, n

    call require_grid(ne)
    !$omp parallel do private(n)
    do e = 1, ne
      qmax(:,e) = q(:,e)
      do n = 1, size(neighbours, 1)
        if (neighbours(n,e) > 0) qmax(:,e) = max(qmax(:,e), q(:,neighbours(n,e)))
      end do
    end do
  end subroutine neighbour_max
end module assembly
